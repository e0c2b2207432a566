import type { ImportCounts, ImportProblem, Role } from '@muster/contracts';
import type { ImportedPerson } from './imported-person.ts';

/** What an import does, decided without touching anything: the dry run shows it, the run does it. */

export interface KnownPerson {
  readonly userId: string;
  readonly role: Role;
  readonly displayName: string;
  readonly number: string | null;
  readonly email: string | null;
  readonly language: string;
  readonly joinedOn: string | null;
  readonly siteId: string | null;
  readonly groupId: string | null;
  readonly assignedGroupIds: readonly string[];
  /** Numbers of the members that a guardian is linked to. */
  readonly wardNumbers: readonly string[];
}

export interface ImportSurroundings {
  /** Everybody whom a number or an e-mail address of the file may mean. */
  readonly people: readonly KnownPerson[];
  readonly sites: readonly { readonly siteId: string; readonly name: string }[];
  readonly groups: readonly { readonly groupId: string; readonly siteId: string; readonly name: string }[];
  /** Which roles the importer may give. */
  readonly managedRoles: readonly Role[];
  /** The only groups that the importer may place members in; null: all. */
  readonly managedGroupIds: readonly string[] | null;
  readonly siteId: string | null;
  readonly createGroups: boolean;
}

/** A group by its place and name; it may not exist yet. */
export interface GroupRef {
  readonly siteId: string;
  readonly name: string;
}

export interface PlannedPerson {
  readonly row: number;
  /** Null: to be added. */
  readonly userId: string | null;
  readonly role: Role;
  readonly displayName: string;
  readonly number: string | null;
  readonly email: string | null;
  readonly language: string;
  readonly joinedOn: string | null;
  /** Of members. */
  readonly place: { readonly siteId: string; readonly group: GroupRef | null } | null;
  readonly accountChanges: boolean;
  readonly placeChanges: boolean;
  /** Of supervisors: groups to be assigned to besides those they have. */
  readonly assignments: readonly GroupRef[];
  /** Of guardians: numbers of members to be linked to besides those they are. */
  readonly links: readonly string[];
}

export interface ImportPlan {
  readonly problems: readonly ImportProblem[];
  readonly people: readonly PlannedPerson[];
  readonly newGroups: readonly GroupRef[];
  readonly counts: ImportCounts;
}

const keyOfName = (name: string): string => name.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
export const keyOfGroup = ({ siteId, name }: GroupRef): string => `${siteId} ${keyOfName(name)}`;
const keyOfEmail = (email: string): string => email.toLowerCase();

class Planner {
  readonly problems: ImportProblem[] = [];
  readonly newGroups = new Map<string, GroupRef>();
  readonly #around: ImportSurroundings;
  readonly #byNumber = new Map<string, KnownPerson>();
  readonly #byEmail = new Map<string, KnownPerson>();
  readonly #groupsByName: Map<string, ImportSurroundings['groups'][number][]>;
  readonly #sitesByName: Map<string, string>;
  /** Roles of those who have a number, in the database and in the file. */
  readonly #rolesByNumber = new Map<string, Role>();
  readonly #seen = new Map<string, number>();

  constructor(rows: readonly ImportedPerson[], around: ImportSurroundings) {
    this.#around = around;
    for (const person of around.people) {
      if (person.number !== null) {
        this.#byNumber.set(person.number, person);
        this.#rolesByNumber.set(person.number, person.role);
      }
      if (person.email !== null) this.#byEmail.set(keyOfEmail(person.email), person);
    }
    for (const { number, role } of rows) {
      if (number !== null && !this.#rolesByNumber.has(number)) this.#rolesByNumber.set(number, role ?? 'member');
    }
    this.#groupsByName = Map.groupBy(around.groups, ({ name }) => keyOfName(name));
    this.#sitesByName = new Map(around.sites.map(({ name, siteId }) => [keyOfName(name), siteId]));
  }

  plan(row: ImportedPerson): PlannedPerson | null {
    const before = this.problems.length;
    const problem = (column: string | null, sentence: string): null => {
      this.problems.push({ row: row.row, column, sentence });
      return null;
    };
    this.#refuseTwice(row, problem);
    const known = this.#find(row, problem);
    if (known !== null && this.problems.length === before) this.#refuseSamePerson(row, known, problem);
    const role = this.#roleOf(row, known, problem);
    if (role === null) return null;
    const displayName = row.displayName ?? known?.displayName ?? null;
    if (displayName === null) problem('name', 'Somebody new needs a name.');
    const groups = row.groups.map((name) => this.#group(name, row, role, problem)).filter((group) => group !== null);
    const place = role === 'member' ? this.#place(row, known, groups, problem) : null;
    this.#refuseForeignGroup(known, place, problem);
    const links = this.#links(row, known, role, problem);
    if (this.problems.length > before || displayName === null) return null;
    return this.#planned(row, known, { role, displayName, groups, place, links });
  }

  #planned(
    row: ImportedPerson,
    known: KnownPerson | null,
    found: Pick<PlannedPerson, 'displayName' | 'place' | 'links'> & {
      readonly role: Role;
      readonly groups: readonly GroupRef[];
    },
  ): PlannedPerson {
    const { displayName, place } = found;
    const number = row.number ?? known?.number ?? null;
    const email = row.email ?? known?.email ?? null;
    const language = row.language ?? known?.language ?? 'en';
    const joinedOn = row.joinedOn ?? known?.joinedOn ?? null;
    const assigned = new Set(known?.assignedGroupIds.map((groupId) => this.#keyOfId(groupId)));
    return {
      row: row.row,
      userId: known?.userId ?? null,
      role: found.role,
      displayName,
      number,
      email,
      language,
      joinedOn,
      place,
      accountChanges:
        known === null ||
        known.displayName !== displayName ||
        known.number !== number ||
        known.email !== email ||
        known.language !== language ||
        known.joinedOn !== joinedOn,
      placeChanges:
        place !== null &&
        (known?.siteId !== place.siteId ||
          (known.groupId === null ? undefined : this.#keyOfId(known.groupId)) !==
            (place.group === null ? undefined : keyOfGroup(place.group))),
      assignments: found.role === 'supervisor' ? found.groups.filter((group) => !assigned.has(keyOfGroup(group))) : [],
      links: found.links,
    };
  }

  /** The same number, or address, twice: which of the two is meant cannot be known. */
  #refuseTwice({ row, number, email }: ImportedPerson, problem: Reject): void {
    const keys = [
      ...(number === null ? [] : [['number', number, number] as const]),
      ...(email === null ? [] : [['email', keyOfEmail(email), email] as const]),
    ];
    for (const [what, key, shown] of keys) {
      const earlier = this.#seen.get(`${what} ${key}`);
      if (earlier === undefined) this.#seen.set(`${what} ${key}`, row);
      else problem(what, `“${shown}” stands in row ${earlier} already.`);
    }
  }

  /** By number in one row, by address in another one: the later would undo what the earlier says. */
  #refuseSamePerson({ row, number }: ImportedPerson, { userId }: KnownPerson, problem: Reject): void {
    const key = `person ${userId}`;
    const earlier = this.#seen.get(key);
    if (earlier === undefined) this.#seen.set(key, row);
    else problem(number === null ? 'email' : 'number', `This is the person of row ${earlier}.`);
  }

  #find({ number, email }: ImportedPerson, problem: Reject): KnownPerson | null {
    const byEmail = email === null ? undefined : this.#byEmail.get(keyOfEmail(email));
    const known = number === null ? byEmail : this.#byNumber.get(number);
    if (byEmail !== undefined && byEmail !== known) {
      const whose = byEmail.number === null ? 'somebody without a number' : `number ${byEmail.number}`;
      problem('email', `This e-mail address belongs to ${whose}.`);
    }
    return known ?? null;
  }

  #roleOf(row: ImportedPerson, known: KnownPerson | null, problem: Reject): Role | null {
    const role: Role = known?.role ?? row.role ?? 'member';
    if (known !== null && row.role !== null && row.role !== known.role) {
      return problem('role', `This is a ${known.role} already; an import changes no roles.`);
    }
    if (!this.#around.managedRoles.includes(role)) return problem('role', 'You do not manage people of this role.');
    return role;
  }

  #site(row: ImportedPerson, problem: Reject): string | null {
    if (row.site === null) return null;
    return this.#sitesByName.get(keyOfName(row.site)) ?? problem('site', `There is no site “${row.site}”.`);
  }

  #group(name: string, row: ImportedPerson, role: Role, problem: Reject): GroupRef | null {
    if (role === 'guardian') return null;
    const wanted = row.site === null ? null : this.#sitesByName.get(keyOfName(row.site));
    // That the site does not exist is said once, where the place is looked for.
    if (wanted === undefined) return null;
    const named = (this.#groupsByName.get(keyOfName(name)) ?? []).filter(
      ({ siteId }) => wanted === null || siteId === wanted,
    );
    const found = named.length > 1 ? named.filter(({ siteId }) => siteId === this.#around.siteId) : named;
    if (found[0] !== undefined) return found[0];
    if (named.length > 1) return problem('group', `Several sites have a group “${name}”: say which site.`);
    const siteId = wanted ?? this.#defaultSite();
    if (!this.#around.createGroups || this.#around.managedGroupIds !== null) {
      return problem('group', `There is no group “${name}”.`);
    }
    if (siteId === null) return problem('group', `There is no group “${name}”; to make it, say at which site.`);
    if (name.length > 80) return problem('group', 'This is too long for the name of a group.');
    const group = this.newGroups.get(keyOfGroup({ siteId, name })) ?? { siteId, name };
    this.newGroups.set(keyOfGroup(group), group);
    return group;
  }

  #place(
    row: ImportedPerson,
    known: KnownPerson | null,
    groups: readonly GroupRef[],
    problem: Reject,
  ): PlannedPerson['place'] {
    if (row.groups.length > 1) problem('group', 'A member belongs to one group.');
    const named = this.#site(row, problem);
    const [group] = groups;
    if (group !== undefined) return { siteId: group.siteId, group };
    if (row.groups.length > 0) return null;
    const stays = known?.siteId !== undefined && known.siteId !== null && (named === null || named === known.siteId);
    if (stays) return { siteId: known.siteId as string, group: this.#refOf(known.groupId) };
    const siteId = named ?? this.#defaultSite();
    if (siteId === null && row.site === null) problem('site', 'Somebody new needs a site, or a group.');
    return siteId === null ? null : { siteId, group: null };
  }

  #refuseForeignGroup(known: KnownPerson | null, place: PlannedPerson['place'], problem: Reject): void {
    const { managedGroupIds } = this.#around;
    if (managedGroupIds === null) return;
    const keys = managedGroupIds.map((groupId) => this.#keyOfId(groupId));
    const isOwn = (group: GroupRef | null | undefined) => group != null && keys.includes(keyOfGroup(group));
    if (known !== null && !isOwn(this.#refOf(known.groupId))) {
      problem('number', 'This number belongs to somebody outside your groups.');
    } else if (place !== null && !isOwn(place.group)) {
      problem('group', 'You may place members in the groups that you are assigned to.');
    }
  }

  #links(row: ImportedPerson, known: KnownPerson | null, role: Role, problem: Reject): string[] {
    if (role !== 'guardian') return [];
    for (const number of row.guardianOf) {
      if (this.#rolesByNumber.get(number) !== 'member')
        problem('guardian-of', `There is no member with number ${number}.`);
    }
    return [...new Set(row.guardianOf)].filter((number) => known?.wardNumbers.includes(number) !== true);
  }

  #defaultSite(): string | null {
    const { siteId, sites } = this.#around;
    return siteId ?? (sites.length === 1 ? (sites[0]?.siteId ?? null) : null);
  }

  #refOf(groupId: string | null): GroupRef | null {
    return this.#around.groups.find((group) => group.groupId === groupId) ?? null;
  }

  #keyOfId(groupId: string): string {
    const group = this.#refOf(groupId);
    return group === null ? '' : keyOfGroup(group);
  }
}

type Reject = (column: string | null, sentence: string) => null;

/** @param rows as far as each is understood by itself */
export const planImport = (rows: readonly ImportedPerson[], around: ImportSurroundings): ImportPlan => {
  const planner = new Planner(rows, around);
  const people = rows.map((row) => planner.plan(row)).filter((person) => person !== null);
  const isChanged = (person: PlannedPerson): boolean =>
    person.accountChanges || person.placeChanges || person.assignments.length > 0 || person.links.length > 0;
  const added = people.filter(({ userId }) => userId === null).length;
  const changed = people.filter((person) => person.userId !== null && isChanged(person)).length;
  return {
    problems: planner.problems,
    people: people.filter(isChanged),
    newGroups: [...planner.newGroups.values()],
    counts: {
      rows: rows.length,
      added,
      changed,
      unchanged: people.length - added - changed,
      groupsAdded: planner.newGroups.size,
      problems: planner.problems.length,
    },
  };
};
