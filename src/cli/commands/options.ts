import { InvalidArgumentError } from 'commander';

export const stateDirHelp =
  'folder for journals (default: $MFA_CONFORMANCE_STATE, else ~/.local/state/mfa-conformance)';

/** Wrong values are told by commander like wrong flags. */
export function argument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

export const externalRefsHelp = 'follow references in documents to other files and URLs';
