import type { Database } from '../../../platform/database/port.ts';
import { recordPositions, trackingRights } from './ingest-store.ts';
import { type Batch, type BatchOutcome, sortFixes } from './sort-fixes.ts';

export type CommitBatches = (orgId: string, batches: readonly Batch[]) => Promise<readonly BatchOutcome[]>;

/**
 * Stores batches of one organization in one transaction of two statements: who may be tracked, then everything that
 * is written. Resolves after the commit, with one outcome for each batch.
 */
export const commitBatches =
  (database: Database): CommitBatches =>
  (orgId, batches) =>
    database.inOrganization(
      'geo',
      orgId,
      async (tx) => {
        const sorted = sortFixes(batches, await trackingRights(tx, orgId, batches));
        await recordPositions(tx, orgId, sorted);
        return sorted.outcomes;
      },
      // Two processes may take the same repeated upload at the same time.
      { retry: true },
    );
