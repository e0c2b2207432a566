import { join } from 'node:path';

/**
 * Loaded into each process of the fleet before Muster: from here on libfaketime reads the time of this process out of a
 * file of its service, which clocks.ts writes.
 */
const folder = process.env['FAKETIME_FOLDER'];
const service = process.env['MUSTER_TARGETS'];
if (folder !== undefined && service !== undefined) process.env['FAKETIME_TIMESTAMP_FILE'] = join(folder, service);
