// Imported before all else in each process of the suite. Since Node 22.8 it keeps compiled modules in the package's
// own dist/. An environment variable would do the same, but also reach the programs that a target file starts.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') {
  // Node does without the cache where it can't write to the folder.
  module.enableCompileCache(fileURLToPath(new URL('../../compiled', import.meta.url)));
}
