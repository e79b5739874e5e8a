import { buildCatalogue } from '../requirements/catalogue.js';
import { buildSchemas } from '../spec-schema.js';

// The last step of the build, which runs this: what each process of a run would take long for.
buildSchemas();
buildCatalogue();
