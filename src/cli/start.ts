// Each process of the suite imports this before all else. Since Node 22.8 it keeps compiled modules in the package's
// own dist/. An environment variable would do the same, but would also reach the programs that a target file starts.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') {
  // If Node can't write to the folder, it works without the cache.
  module.enableCompileCache(fileURLToPath(new URL('../../compiled', import.meta.url)));
}
