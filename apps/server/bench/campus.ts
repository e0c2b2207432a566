import { randomUUID } from 'node:crypto';
import { type RouteDefinition, type RouteRequest, routes } from '@muster/contracts';
import { decodeJwt } from 'jose';
import { DeviceKey } from '../src/cli/api/device-key.ts';
import { demoPassword } from '../src/demo/create-demo.ts';

/** Members of the demonstration campus who have entered and carry a phone. */
export interface Phone {
  readonly memberId: string;
  readonly accessToken: string;
  readonly key: DeviceKey;
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

/** On a device of its own; with a key on a member's, who punches there. */
export const signIn = async (url: string, identifier: string, key?: DeviceKey): Promise<string> => {
  const deviceId = randomUUID();
  const name = 'Benchmark';
  const device = key === undefined ? { deviceId, name } : { deviceId, name, key: await proofOf(url, deviceId, key) };
  const body = { identifier, password: demoPassword, device };
  return (await ask<{ accessToken: string }>(url, routes.signIn, null, { body })).accessToken;
};

const proofOf = async (url: string, deviceId: string, key: DeviceKey) => {
  const { challenge } = await ask<{ challenge: string }>(url, routes.challengeDevice, null, { body: { deviceId } });
  return key.prove(deviceId, challenge);
};

export interface Member {
  readonly memberId: string;
  readonly number: string;
}

/** Whoever works with a campus whose gate is open now, whatever the time of day is. */
export interface OpenCampus {
  readonly principal: string;
  readonly groupIds: readonly string[];
  /** In the groups that are asked for. */
  readonly members: readonly Member[];
  /** What the printed code at the gate says. */
  readonly code: string;
}

/** @param of whose groups: the teacher's two, or all, which the principal sees */
export const openCampus = async (url: string, of: 'teacher' | 'principal', count: number): Promise<OpenCampus> => {
  const principal = await signIn(url, 'principal@lindenhof.example');
  const viewer = of === 'principal' ? principal : await signIn(url, 'teacher@lindenhof.example');
  const groups = await ask<{ items: { groupId: string }[] }>(url, routes.listGroups, viewer);
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
  const { items: members } = await ask<{ items: Member[] }>(url, routes.listMembers, viewer, {
    query: { limit: count },
  });
  const { items: gates } = await ask<{ items: { gateId: string }[] }>(url, routes.listGates, principal);
  const params = { gateId: gates[0]?.gateId ?? '' };
  const { text: code } = await ask<{ text: string }>(url, routes.readPrintedCode, principal, { params });
  return { principal, groupIds: groups.items.map(({ groupId }) => groupId), members, code };
};

/** Lets members of the teacher's groups enter. */
export const enterMembers = async (url: string, count: number): Promise<Phone[]> => {
  const { members, code } = await openCampus(url, 'teacher', count);
  const phones = await signInMembers(url, members);
  for (let from = 0; from < phones.length; from += 4) {
    await Promise.all(phones.slice(from, from + 4).map((phone) => enter(url, phone, code)));
  }
  if (phones.length < count) throw new Error(`Only ${phones.length} members of ${count} could enter.`);
  return phones;
};

/** Signing in is slow on purpose: some at a time. */
export const signInMembers = async (url: string, members: readonly Member[]): Promise<Phone[]> => {
  const phones: Phone[] = [];
  for (let from = 0; from < members.length; from += 4) {
    const signingIn = members.slice(from, from + 4).map(async ({ memberId, number }) => {
      const key = new DeviceKey(randomUUID());
      return { memberId, key, accessToken: await signIn(url, number, key), lastFixMs: Date.now() };
    });
    phones.push(...(await Promise.all(signingIn)));
  }
  return phones;
};

/** As the app does it: the code at the gate is read, then ENTER is said with a fix. */
export const enter = async (url: string, phone: Phone, code: string): Promise<void> => {
  const { nonce } = await ask<{ nonce: string }>(url, routes.scan, phone.accessToken, { body: { code } });
  const fix = { ...inside, accuracyMeters: 8, ageMs: 0, mock: false };
  const said = { nonce, fix, deviceAt: new Date().toISOString() };
  const { sub: memberId = '', org, dev } = decodeJwt(phone.accessToken);
  const by = { orgId: String(org), memberId, deviceId: String(dev), direction: 'ENTER' } as const;
  await ask(url, routes.enter, phone.accessToken, {
    body: { ...said, signature: phone.key.signPunch({ ...by, ...said }) },
  });
  phone.lastFixMs = Date.now();
};
