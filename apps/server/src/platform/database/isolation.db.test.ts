import { afterAll, beforeAll, expect, it } from 'vitest';
import { interleave } from './testing/interleave.ts';
import { type TestDatabase, testDatabase } from './testing/test-database.ts';

/** As many as the reliability goal names with MUSTER_TEST_TRANSACTIONS=100000; fewer are enough for every day. */
const transactions = Number(process.env['MUSTER_TEST_TRANSACTIONS'] ?? 5_000);

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase({ poolSize: 5 });
});
afterAll(() => test.drop());

it('transactions of two organizations that share five connections find their own', { timeout: 900_000 }, async () => {
  expect(await interleave(test.database, test.ownerPool, transactions)).toEqual([]);
});
