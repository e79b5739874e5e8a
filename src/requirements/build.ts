import { buildCatalogue } from './catalogue.js';

// A step of the build, which runs this.
buildCatalogue();
