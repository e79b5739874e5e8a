import { buildSchemas } from '../base/spec-schema.js';
import { buildCatalogue } from '../contract/requirements/catalogue.js';

// The last step of the build. It prepares what every process of a run would otherwise compute again.
buildSchemas();
buildCatalogue();
