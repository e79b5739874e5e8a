import { type ChildProcess, spawn } from 'node:child_process';

const largestOutput = 64 * 1024;

/**
 * Runs a program without shell and input; returns its output, or why that does not count. A timeout kills it and
 * its children. Standard error is ignored, since it may hold a secret.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  withinMs: number,
): Promise<{ readonly stdout: string } | { readonly trouble: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: false,
      windowsHide: true,
      // Its own process group, so that its children end with it.
      detached: process.platform !== 'win32',
    });
    const end = (result: { stdout: string } | { trouble: string }) => {
      clearTimeout(deadline);
      kill(child);
      resolve(result);
    };
    const deadline = setTimeout(() => end({ trouble: `took longer than ${withinMs / 1000} s` }), withinMs);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      if (stdout.length > largestOutput) end({ trouble: 'printed more than 64 KB' });
    });
    child.once('error', (error) => end({ trouble: startTrouble(error) }));
    child.once('close', (code, signal) => {
      if (code === 0) end({ stdout });
      else end({ trouble: code === null ? `was ended by ${signal}` : `ended with exit code ${code}` });
    });
  });
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The program has ended meanwhile.
  }
}

function startTrouble(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ENOENT') return 'is not there, or the interpreter that its first line names is not';
  if (code === 'EACCES') return 'may not be executed by this user (chmod +x)';
  return `could not be started${code === '' ? '' : ` (${code})`}`;
}
