import { isSince, type ReleaseName } from '../../base/model/releases.js';
import type { Secret } from '../../base/secret.js';

/** Adds the support user's password where the release takes one and the body says nothing of it. */
export function withPassword(body: unknown, password: Secret | undefined, release: ReleaseName): unknown {
  if (password === undefined || !isSince(release, '7.3')) return body;
  if (typeof body !== 'object' || body === null || 'currentPassword' in body) return body;
  return { ...body, currentPassword: password.reveal() };
}
