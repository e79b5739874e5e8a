import { InvalidArgumentError, Option } from 'commander';
import { reasonOf } from '../../base/errors.js';
import { releaseNames } from '../../base/model/releases.js';

export const stateDirHelp =
  'folder for journals (default: $MFA_CONFORMANCE_STATE, else ~/.local/state/mfa-conformance)';

/** Makes commander report a wrong value as it reports a wrong flag. */
export function argument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(reasonOf(error));
    }
  };
}

export function releaseOption(description: string): Option {
  return new Option('--release <release>', description).choices(releaseNames);
}

export const externalRefsHelp = 'follow references in documents to other files and URLs';

export const collect = (value: string, before: string[]) => [...before, value];
