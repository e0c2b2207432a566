import { isPlatformRole, type PersonFields, type Tie } from '@muster/contracts';

/** What must be true of a person, whoever writes it: a form, an import, a program. Null, or what is wrong in one sentence. */
export const personFault = (
  person: Pick<PersonFields, 'role' | 'number' | 'email' | 'siteId' | 'groupId'>,
): string | null => {
  if (person.number === null && person.email === null) {
    return 'Give a number or an e-mail address: without either, nobody can sign in.';
  }
  if (isPlatformRole(person.role) && person.email === null)
    return 'Who runs Muster signs in by e-mail: give an address.';
  if (person.role === 'member' && person.siteId === null) return 'Say at which site, or in which group.';
  if (person.role !== 'member' && (person.siteId !== null || person.groupId !== null)) {
    return 'Only members belong to a site and a group; supervisors are assigned to groups.';
  }
  return null;
};

/** Holds for the whole organization. */
export const isWide = (ties: readonly Tie[]): boolean => ties.some((tie) => tie === 'organization' || tie === 'all');
