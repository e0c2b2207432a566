import { readingSuite } from './suite.ts';
import { testDatabase } from './testing/test-database.ts';

readingSuite('without a replica', async () => {
  const { database, ownerPool, drop } = await testDatabase();
  return { database, plant: (statements) => ownerPool.query(statements), close: drop };
});
