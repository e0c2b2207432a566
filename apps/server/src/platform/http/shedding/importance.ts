import { type RouteDefinition, routes } from '@muster/contracts';

/** What is given up first when there is too much to do, least important first. */
export const importances = ['report', 'view', 'position', 'essential'] as const;
export type Importance = (typeof importances)[number];

type Ranked = Pick<RouteDefinition, 'operation' | 'service' | 'method'>;

/** Without these nobody punches, is let in, or hears of an alarm. */
const essentialOperations: ReadonlySet<string> = new Set([
  'whoAmI',
  // The page on which a member punches.
  'readToday',
  'readKioskCodes',
  'scan',
  'enter',
  'exit',
  // Somebody stands at the gate and waits.
  'decidePunch',
  'acknowledgeAlert',
]);

/** Whose routes are alike, whatever they do. */
const byService: Partial<Record<Ranked['service'], Importance>> = {
  auth: 'essential',
  reports: 'report',
  audit: 'report',
};

/**
 * How important a route of the contract is. Other reads are pages that somebody looks at; other writes are rare, are
 * somebody's work, and rank with positions.
 */
export const importanceOf = ({ operation, service, method }: Ranked): Importance => {
  if (essentialOperations.has(operation)) return 'essential';
  return byService[service] ?? (method === 'GET' ? 'view' : 'position');
};

const keyOf = (method: string, path: string): string => `${method === 'HEAD' ? 'GET' : method} ${path}`;

const routesByAddress: ReadonlyMap<string, RouteDefinition> = new Map(
  Object.values<RouteDefinition>(routes).map((route) => [keyOf(route.method, route.path), route]),
);

/** Beyond the contract, by how the pattern begins; the first that fits counts. */
const otherAddresses: readonly (readonly [start: string, importance: Importance | 'uncounted'])[] = [
  // Who looks how Muster is must be answered above all when it is not well.
  ['/health/', 'uncounted'],
  ['/metrics', 'uncounted'],
  ['/clients/', 'position'],
  ['/v1/', 'view'],
  ['/docs', 'report'],
  ['/openapi.json', 'report'],
  ['/asyncapi.json', 'report'],
  ['/problems/', 'report'],
  // The web app: whoever cannot load it cannot punch.
  ['/', 'essential'],
];

/**
 * How important a declared address is.
 * @param path a pattern, as routes are declared: `/v1/members/:memberId/today`
 */
export const importanceOfAddress = (method: string, path: string): Importance | 'uncounted' => {
  const route = routesByAddress.get(keyOf(method, path));
  if (route !== undefined) return importanceOf(route);
  return otherAddresses.find(([start]) => path.startsWith(start))?.[1] ?? 'view';
};
