import { buildSchemas } from '../base/spec-schema.js';
import { buildCatalogue } from '../contract/requirements/catalogue.js';

// The last step of the build, which runs this: what each process of a run would take long for.
buildSchemas();
buildCatalogue();
