import type { Answer, Api, ClusterMfa, Credential } from '../../fixtures/index.js';
import { arrange } from '../../fixtures/index.js';

interface Look {
  readonly api: Api;
  readonly cluster: ClusterMfa;
  readonly as: Credential;
}

/** Waits until a session has ended, which takes a moment on some targets. */
export async function hasEnded(ending: Promise<Answer>, { api, cluster, as }: Look): Promise<void> {
  const { status } = await ending;
  if (status >= 300) throw arrange.failure(`DELETE /users/sessions answered ${status}.`);
  const look = () => api.call('GetMFAConfig', { as });
  const last = await cluster.settles(look, ({ status: got }) => got >= 400);
  if (last.status < 400) throw arrange.failure('DELETE /users/sessions ended no session of the user.');
}
