import { packageRoot } from '../base/package-root.js';
import { programVariable } from '../base/words.js';
import './quiet-libraries.js';
import { perform } from './program.js';
import { newerThanBuild } from './stale-build.js';
import { complain, outliveOutput, outputLost, startedAs } from './terminal.js';

outliveOutput();
process.env[programVariable] = startedAs(process.argv[1] ?? '', process.env);

const newer = newerThanBuild(packageRoot());
if (newer !== undefined)
  complain(`warning: ${newer} is newer than dist/, and the program runs from dist/: npm run build`);

await perform(process.argv.slice(2));

// The process must end even if an interrupted run left requests open.
setTimeout(() => process.exit(), 2_000).unref();
process.once('exit', (code) => {
  if (code === 0 && outputLost()) process.exitCode = 2;
});
