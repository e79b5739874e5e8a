import { releaseNames } from '../base/model/releases.js';
import { buildSchemas } from '../base/spec-schema.js';
import { buildDocument } from '../contract/openapi/document.js';
import { releaseDocument } from '../contract/openapi/load.js';
import { buildCatalogue } from '../contract/requirements/catalogue.js';

// The last step of the build prepares what every process of a run would otherwise compute again.
buildSchemas();
buildCatalogue();
for (const release of releaseNames) await buildDocument(releaseDocument(release));
