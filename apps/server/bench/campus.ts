import { randomUUID } from 'node:crypto';
import { type RouteDefinition, type RouteRequest, routes } from '@muster/contracts';
import { demoPassword } from '../src/demo/create-demo.ts';

/** Members of the demonstration campus who have entered and carry a phone. */
export interface Phone {
  readonly memberId: string;
  readonly accessToken: string;
  lastFixMs: number;
}

const inside = { latitude: 46.9212, longitude: 15.8735 };

type Sent<R extends RouteDefinition> = Partial<RouteRequest<R>>;

/** One request of the contract. @throws Error for any refusal. */
export const ask = async <Answer>(
  url: string,
  route: RouteDefinition,
  accessToken: string | null,
  { params = {}, query = {}, body }: Sent<RouteDefinition> = {},
): Promise<Answer> => {
  const path = route.path.replace(/:(\w+)/g, (_whole, name: string) =>
    String((params as Record<string, unknown>)[name]),
  );
  const search = new URLSearchParams(query as Record<string, string>).toString();
  const response = await fetch(`${url}${path}?${search}`, {
    method: route.method,
    headers: {
      ...(accessToken === null ? {} : { authorization: `Bearer ${accessToken}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(route.idempotency === 'key' ? { 'idempotency-key': randomUUID() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${route.operation}: ${response.status} ${answer}`);
  return JSON.parse(answer) as Answer;
};

export const signIn = async (url: string, identifier: string): Promise<string> => {
  const device = { deviceId: randomUUID(), name: 'Benchmark' };
  const body = { identifier, password: demoPassword, device };
  return (await ask<{ accessToken: string }>(url, routes.signIn, null, { body })).accessToken;
};

/** Lets members of the teacher's groups enter, whatever the time of day is. */
export const enterMembers = async (url: string, count: number): Promise<Phone[]> => {
  const principal = await signIn(url, 'principal@lindenhof.example');
  const teacher = await signIn(url, 'teacher@lindenhof.example');
  const groups = await ask<{ items: { groupId: string }[] }>(url, routes.listGroups, teacher);
  const now = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Vienna', hour: '2-digit', minute: '2-digit' });
  const [hour = '00', minute = '00'] = now.format(new Date()).split(':');
  const body = {
    name: 'Benchmark',
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    entryTime: `${hour}:${minute}`,
    exitTime: `${String((Number(hour) + 8) % 24).padStart(2, '0')}:${minute}`,
    opensBeforeMinutes: 60,
    freeUntilMinutes: 240,
    lateAfterMinutes: 240,
    closesAfterMinutes: 240,
  };
  for (const { groupId } of groups.items)
    await ask(url, routes.replaceSchedule, principal, { params: { groupId }, body });
  const { items: members } = await ask<{ items: { memberId: string; number: string }[] }>(
    url,
    routes.listMembers,
    teacher,
    { query: { limit: count } },
  );
  const { items: gates } = await ask<{ items: { gateId: string }[] }>(url, routes.listGates, principal);
  const params = { gateId: gates[0]?.gateId ?? '' };
  const { text: code } = await ask<{ text: string }>(url, routes.readPrintedCode, principal, { params });
  const phones: Phone[] = [];
  // Signing in is slow on purpose: some at a time.
  for (let from = 0; from < members.length; from += 4) {
    const some = members.slice(from, from + 4);
    phones.push(...(await Promise.all(some.map((member) => enter(url, member, code)))));
  }
  if (phones.length < count) throw new Error(`Only ${phones.length} members of ${count} could enter.`);
  return phones;
};

const enter = async (
  url: string,
  { memberId, number }: { memberId: string; number: string },
  code: string,
): Promise<Phone> => {
  const accessToken = await signIn(url, number);
  const { nonce } = await ask<{ nonce: string }>(url, routes.scan, accessToken, { body: { code } });
  const fix = { ...inside, accuracyMeters: 8, ageMs: 0, mock: false };
  await ask(url, routes.enter, accessToken, { body: { nonce, fix, deviceAt: new Date().toISOString() } });
  return { memberId, accessToken, lastFixMs: Date.now() };
};
