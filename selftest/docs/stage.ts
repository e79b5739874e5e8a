import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import { type EmulatorOptions, startEmulator } from '../../emulator/emulator.js';
import { packageRoot } from '../../src/base/package-root.js';
import { firstLineOf, folderUntil, type OnEnd } from '../tool/processes.js';

/** An empty folder in which the pages' commands run unchanged, with the emulators that they start. */
export class Stage {
  readonly cwd: string;
  readonly #named = new Map<string, string>();

  constructor(private readonly onEnd: OnEnd) {
    this.cwd = folderUntil(onEnd, 'docs');
    this.#named.set(this.cwd, '/home/me');
    symlinkSync(join(packageRoot(), 'dist'), join(this.cwd, 'dist'), 'junction');
    const bin = join(this.cwd, 'bin');
    mkdirSync(bin);
    const installed = join(bin, 'installed', 'mfa-conformance');
    mkdirSync(join(bin, 'installed'));
    symlinkSync(join(packageRoot(), 'dist/cli/main.js'), installed);
    const command = `#!/bin/sh\nexec "${process.execPath}" "${installed}" "$@"\n`;
    writeFileSync(join(bin, 'mfa-conformance'), command, { mode: 0o755 });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.cwd, name), text, { mode: 0o600 });
  }

  run(script: string): Promise<string> {
    const bin = join(this.cwd, 'bin');
    const path = [bin, join(bin, 'installed'), process.env['PATH']].join(delimiter);
    const env = { ...process.env, NO_COLOR: '1', PATH: path };
    const options = { cwd: this.cwd, env, encoding: 'utf8', maxBuffer: 1e8 } as const;
    return new Promise((resolve) => {
      execFile('sh', ['-c', `exec 2>&1\n${script}`], options, (_, stdout) => resolve(this.#asNamed(stdout)));
    });
  }

  async target(name: string, options: EmulatorOptions, more: object = {}): Promise<string> {
    const emulator = await startEmulator(options);
    this.onEnd(() => emulator.close());
    this.write(name, stringify({ ...emulator.targetFile(), ...more }));
    return emulator.baseUrl;
  }

  /** Starts an emulator by a page's command, on a free port. @returns its first line and its addresses */
  async emulator(command: string): Promise<{ said: string; baseUrl: string; control: string }> {
    const child = spawn('sh', ['-c', `exec ${command.replace(/--port \d+/, '--port 0')}`], {
      cwd: this.cwd,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // SIGKILL would end only the command itself. Its child process would go on and keep the output open.
    this.onEnd(async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    });
    const said = await firstLineOf(child);
    const [baseUrl = '', control = ''] = said.match(/https?:[^ ,)]+/g) ?? [];
    return { said, baseUrl, control };
  }

  name(there: string, here: string): void {
    this.#named.set(there, here);
  }

  #asNamed(text: string): string {
    return [...this.#named].reduce((all, [there, here]) => all.replaceAll(there, here), text);
  }
}
