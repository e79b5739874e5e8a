// Every process imports this first: it makes Node keep compiled modules in dist/. An environment variable
// would also reach programs that a target file starts.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') {
  // If Node can't write to the folder, it works without the cache.
  module.enableCompileCache(fileURLToPath(new URL('../../compiled', import.meta.url)));
}
