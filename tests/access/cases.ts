import { randomUUID } from 'node:crypto';
import { type Role, type RouteDefinition, routes, type Tie, tiesOf } from '@muster/contracts';
import type { History } from './history.ts';
import type { Organization, Part, Person } from './organizations.ts';
import { idFieldsOf, type IdOf, isId } from './samples.ts';

/**
 * Every operation × every role × whose ids the request holds. What must come of it follows from the permission table
 * alone.
 */

/** Whose the thing is that a request names: somebody's within reach, in the same organization beyond it, elsewhere. */
export type Whose = 'reached' | 'hidden' | 'foreign' | 'unknown';

/** What has to come of it. `hidden`: as if it did not exist. */
export type Expected = 'allowed' | 'not-signed-in' | 'not-permitted' | 'hidden';

export interface Case {
  readonly route: RouteDefinition;
  /** Null: nobody is signed in. */
  readonly actor: Person | null;
  readonly whose: Whose;
  /** The one field that is not within reach. */
  readonly field: string | null;
  /** A list is asked for whole, without its filters. */
  readonly isWhole: boolean;
  readonly expected: Expected;
  readonly idOf: IdOf;
}

export interface World {
  readonly near: Organization;
  readonly far: Organization;
  readonly nearHistory: History;
  readonly farHistory: History;
  /** Accounts of the platform, who belong to no organization. */
  readonly platform: readonly Person[];
}

/** Who calls: each role of an organization once, those of the platform, and nobody. */
export const actorsOf = ({ near, platform }: World): (Person | null)[] => [
  null,
  ...platform,
  ...(['principal', 'office', 'teacher', 'parent', 'student'] as const).map((part) => near.people[part]),
];

export const casesOf = (world: World): Case[] =>
  Object.values<RouteDefinition>(routes).flatMap((route) =>
    actorsOf(world).flatMap((actor) => casesOfActor(world, route, actor)),
  );

const casesOfActor = (world: World, route: RouteDefinition, actor: Person | null): Case[] => {
  const make = (whose: Whose, field: string | null, isWhole = false): Case => ({
    route,
    actor,
    whose,
    field,
    isWhole,
    expected: expectationOf(route, actor, whose === 'reached' && isElsewhere(route, actor) ? 'hidden' : whose),
    idOf: (name) => idIn(world, name === field ? whose : 'reached', name, actor),
  });
  const ties = tiesFor(route, actor);
  const fields = idFieldsOf(route).filter((name) => idIn(world, 'foreign', name, actor) !== undefined);
  return [
    make('reached', null),
    ...(hasFilters(route) ? [make('reached', null, true)] : []),
    ...fields.map((field) => make('foreign', field)),
    ...fields.map((field) => make('unknown', field)),
    // Within an organization some reach everybody.
    ...(ties.some((tie) => tie !== 'all' && tie !== 'organization') && isAboutMembers(route)
      ? fields.filter((name) => idIn(world, 'hidden', name, actor) !== undefined).map((field) => make('hidden', field))
      : []),
  ];
};

const hasFilters = ({ method, query }: RouteDefinition): boolean =>
  method === 'GET' && query !== undefined && Object.keys(query.shape).some(isId) && query.safeParse({}).success;

/** Accounts of the platform have begun nothing in the organization. */
const isElsewhere = (route: RouteDefinition, actor: Person | null): boolean => {
  if (actor?.role.startsWith('platform_') !== true) return false;
  return idFieldsOf(route).some((field) => field in begun);
};

const tiesFor = ({ access }: RouteDefinition, actor: Person | null): readonly Tie[] =>
  actor === null || typeof access === 'string' ? [] : tiesOf(actor.role, access.permission);

/** Groups and gates are no secret within an organization; who is in them is. */
const isAboutMembers = ({ access }: RouteDefinition): boolean => typeof access !== 'string';

/** Where a rule says less than the table, by what the table cannot know; `true`: to every role, as the scene is. */
const narrower: Readonly<Record<string, readonly Role[] | true>> = {
  // A guardian sees where a child is now; where it was, only if that was agreed to.
  readTrack: ['guardian'],
  // From the 18th birthday on this is for the members themselves, and nobody of the scene is of age.
  grantGuardian: true,
  // A key acts for an account of the organization.
  makeApiKey: ['platform_admin'],
  // The student has a password: only who decides how people sign in may make another way in.
  inviteByLink: ['supervisor'],
  inviteByEmail: ['supervisor'],
};

const isNarrower = ({ operation }: RouteDefinition, role: Role): boolean => {
  const roles = narrower[operation];
  return roles === true || roles?.includes(role) === true;
};

const expectationOf = (route: RouteDefinition, actor: Person | null, whose: Whose): Expected => {
  const { access } = route;
  if (access === 'public') return 'allowed';
  if (actor === null || access === 'kiosk') return 'not-signed-in';
  if (route.aboutOrganization === true && !maySeeOrganization(actor.role)) return 'not-permitted';
  if (access !== 'signed-in' && tiesFor(route, actor).length === 0) return 'not-permitted';
  if (whose === 'reached' && isNarrower(route, actor.role)) return 'not-permitted';
  return whose === 'reached' ? 'allowed' : 'hidden';
};

/** Of the accounts of the platform, who all ask from elsewhere, those that may look into organizations. */
const maySeeOrganization = (role: Role): boolean =>
  !role.startsWith('platform_') || tiesOf(role, 'organizations.see').length > 0;

const personOf: Readonly<Record<Exclude<Whose, 'unknown'>, Part>> = {
  reached: 'student',
  hidden: 'stranger',
  foreign: 'student',
};

/** The id that a field of this name holds; undefined for what is nobody's. */
const idIn = (world: World, whose: Whose, field: string, actor: Person | null): string | undefined => {
  const { near, far, nearHistory, farHistory } = world;
  if (whose === 'unknown') return randomUUID();
  const organization = whose === 'foreign' ? far : near;
  const history = whose === 'foreign' ? farHistory : nearHistory;
  const ofHistory = whose === 'hidden' ? 'hidden' : 'reached';
  const person = organization.people[personOf[whose]].userId;
  switch (field) {
    case 'memberId':
    case 'userId':
    case 'objectId':
      return person;
    case 'guardianId':
      return organization.people[whose === 'hidden' ? 'otherParent' : 'parent'].userId;
    case 'supervisorId':
      return organization.people[whose === 'hidden' ? 'otherTeacher' : 'teacher'].userId;
    case 'groupId':
      return organization.groups[whose === 'hidden' ? 'b' : 'a'];
    case 'siteId':
      return whose === 'hidden' ? undefined : organization.siteId;
    case 'gateId':
      return whose === 'hidden' ? undefined : organization.gateId;
    case 'punchId':
      return history.punches[ofHistory];
    case 'alertId':
      return history.alerts[ofHistory];
    case 'deviceId':
      return history.devices[ofHistory];
    case 'phoneClientId':
      return history.phoneClients[ofHistory];
    case 'invitationId':
      return whose === 'hidden' ? undefined : history.invitation;
    case 'runId':
    case 'importId':
    case 'requestId':
      return whose === 'hidden' ? undefined : ownId(world, whose, field, actor);
    default:
      return undefined;
  }
};

const begun = { runId: 'runs', importId: 'imports', requestId: 'exports' } as const;

/** What belongs to whoever began it; elsewhere, to the principal. */
const ownId = (
  { near, far, nearHistory, farHistory }: World,
  whose: Whose,
  field: keyof typeof begun,
  actor: Person | null,
): string | undefined => {
  const own = (whose === 'foreign' ? farHistory : nearHistory)[begun[field]];
  const organization = whose === 'foreign' ? far : near;
  const principal = own.get(organization.people.principal.userId);
  return whose === 'foreign' || actor === null ? principal : (own.get(actor.userId) ?? principal);
};
