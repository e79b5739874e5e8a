import type { Target } from '../../input/target-file/target.js';
import type { Credential } from '../../wire/http/credential.js';
import type { TargetModel } from '../beliefs/target-model.js';
import type { Journal } from '../journal/journal.js';
import type { Api } from './api.js';
import type { Codes } from './codes.js';
import type { CodesByMail } from './codes-by-mail.js';
import type { ReadBack } from './read-back.js';
import type { Recorder } from './recorder.js';
import type { StateReader } from './state-reader.js';
import type { Waiter } from './waiter.js';

export interface SupportParts {
  readonly api: Api;
  readonly admin: Credential;
  readonly journal: Journal;
  readonly reader: StateReader;
  readonly readBack: ReadBack;
  readonly codes: Codes;
  readonly recorder: Pick<Recorder, 'adopt' | 'waited'>;
  readonly waiter: Waiter;
  readonly model: TargetModel;
  mail(): Promise<CodesByMail>;
  readonly user: Target['supportUser'];
}
