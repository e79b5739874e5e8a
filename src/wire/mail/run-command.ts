import { type ChildProcess, spawn } from 'node:child_process';

const largestOutput = 64 * 1024;

/**
 * Runs a program without a shell: arguments are passed as they are. It gets no input, and is ended with all that it
 * started when it takes too long. What it writes to standard error is not read: it may hold a secret.
 *
 * @returns what it printed, or in words why that doesn't count
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
      // A group of its own, so that its children end with it.
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
    // It has ended in between.
  }
}

function startTrouble(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ENOENT') return 'is not there, or the interpreter that its first line names is not';
  if (code === 'EACCES') return 'may not be executed by this user (chmod +x)';
  return `could not be started${code === '' ? '' : ` (${code})`}`;
}
