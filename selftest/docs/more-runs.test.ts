import { testPages } from './pages.js';
import { scenesOfMoreRuns } from './scenes.js';

testPages(scenesOfMoreRuns);
