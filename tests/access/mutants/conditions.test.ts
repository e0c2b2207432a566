import { describe, expect, it } from 'vitest';
import { conditionsIn, marked, mutantsOf } from './conditions.ts';

const found = (source: string): string[] => conditionsIn(source).map(({ text }) => text);

describe('finding conditions', () => {
  it.each([
    ['SELECT name FROM users.site WHERE org_id = ${orgId} AND id = ${id}', ['org_id = ${orgId}']],
    ['WHERE account.org_id = ${call.actor.orgId}', ['account.org_id = ${call.actor.orgId}']],
    ['JOIN b ON b.org_id = a.org_id AND b.id = a.id', ['b.org_id = a.org_id']],
    ['JOIN users.organization ON organization.id = account.org_id', ['organization.id = account.org_id']],
    ['FROM a JOIN b USING (org_id, site_id) JOIN c USING (org_id)', ['org_id, ', 'USING (org_id)']],
  ])('%s', (source, conditions) => expect(found(source)).toEqual(conditions));

  it('takes no column of what is written for a condition', () => {
    const source =
      'INSERT INTO a (org_id, id) VALUES (${orgId}, ${id}) ON CONFLICT (org_id, id) DO NOTHING RETURNING org_id';
    expect(found(source)).toEqual([]);
  });
});

describe('taking conditions out', () => {
  const source = 'FROM a JOIN b USING (org_id, id) JOIN c USING (org_id) WHERE a.org_id = $1 AND a.id = b.org_id';

  it('changes nothing else, one by one and all at once', () => {
    const statement = marked(source, [7, 8, 9]);
    expect(statement.replace(/\/\*.*?\*\//g, '')).toBe(source);
    const mutants = mutantsOf(statement).map(({ conditionIds, statement: mutant }) => [
      conditionIds,
      mutant.replace(/\/\*.*?\*\//g, ''),
    ]);
    expect(mutants).toEqual([
      [[7], 'FROM a JOIN b USING (id) JOIN c USING (org_id) WHERE a.org_id = $1 AND a.id = b.org_id'],
      [[8], 'FROM a JOIN b USING (org_id, id) JOIN c ON true WHERE a.org_id = $1 AND a.id = b.org_id'],
      [[9], 'FROM a JOIN b USING (org_id, id) JOIN c USING (org_id) WHERE a.org_id = $1 AND (true OR a.id = b.org_id)'],
      [[7, 8, 9], 'FROM a JOIN b USING (id) JOIN c ON true WHERE a.org_id = $1 AND (true OR a.id = b.org_id)'],
    ]);
  });

  it('leaves a statement alone that holds itself to nothing', () => {
    expect(mutantsOf('SELECT 1')).toEqual([]);
  });
});
