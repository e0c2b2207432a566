import { afterAll, beforeAll, expect, it } from 'vitest';
import { interleave, transactionsToTry as transactions } from './testing/interleave.ts';
import { type TestDatabase, testDatabase } from './testing/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase({ poolSize: 5 });
});
afterAll(() => test.drop());

it('transactions of two organizations that share five connections find their own', { timeout: 900_000 }, async () => {
  expect(await interleave(test.database, test.ownerPool, transactions)).toEqual([]);
});
