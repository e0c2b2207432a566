import { randomUUID } from 'node:crypto';
import type { RedisClient } from '../redis/connect.ts';
import type { Line } from './line.ts';
import { wider } from './memory-places.ts';
import type { Place, Places, PlacesFound } from './port.ts';

/**
 * Three keys for each index, in one slot of a Cluster: the places (GEOADD), what is known of them (`mark`, and how many
 * there are: a Redis that makes room may drop one key and keep the other), and the version, which outlives both.
 */
const keysOf = (index: string) => {
  const stem = `muster:places:{${index}}`;
  return { places: `${stem}:at`, state: `${stem}:state`, version: `${stem}:version` };
};
/** Longer than anybody holds a version that they saw. */
const versionKeptMs = 3_600_000;
const placesPerCommand = 2_000;

const nearScript = `
  local version = redis.call('GET', KEYS[3]) or '0'
  local state = redis.call('HMGET', KEYS[2], 'mark', 'count')
  if not state[1] or redis.call('ZCARD', KEYS[1]) ~= tonumber(state[2]) then return {version} end
  return {version, state[1], redis.call('GEOSEARCH', KEYS[1], 'FROMLONLAT', ARGV[1], ARGV[2], 'BYRADIUS', ARGV[3], 'm')}`;

const changed = `redis.call('INCR', KEYS[3]) redis.call('PEXPIRE', KEYS[3], ${versionKeptMs})`;

const replaceScript = `
  if (redis.call('GET', KEYS[3]) or '0') ~= ARGV[1] then return redis.call('DEL', KEYS[4]) end
  redis.call('DEL', KEYS[1], KEYS[2])
  if redis.call('EXISTS', KEYS[4]) == 1 then
    redis.call('RENAME', KEYS[4], KEYS[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
  end
  redis.call('HSET', KEYS[2], 'mark', ARGV[2], 'count', redis.call('ZCARD', KEYS[1]))
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  ${changed}`;

/** A set that was empty is made anew, and has to go when the rest goes. */
const advanceScript = `
  if (redis.call('GET', KEYS[3]) or '0') ~= ARGV[1] or redis.call('EXISTS', KEYS[2]) == 0 then return end
  for at = 3, #ARGV, 3 do redis.call('GEOADD', KEYS[1], ARGV[at], ARGV[at + 1], ARGV[at + 2]) end
  redis.call('PEXPIRE', KEYS[1], math.max(1, redis.call('PTTL', KEYS[2])))
  redis.call('HSET', KEYS[2], 'mark', ARGV[2], 'count', redis.call('ZCARD', KEYS[1]))
  ${changed}`;

const removeScript = `
  ${changed}
  for at = 1, #ARGV do redis.call('ZREM', KEYS[1], ARGV[at]) end
  if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSET', KEYS[2], 'count', redis.call('ZCARD', KEYS[1])) end
  return 1`;

/** In Redis, one sorted set for each index. Without Redis there is no index. */
export const redisPlaces = (redis: RedisClient, line: Line): Places => {
  const run = (script: string, index: string, args: readonly (string | number)[], moreKeys: readonly string[] = []) => {
    const { places, state, version } = keysOf(index);
    const keys = [places, state, version, ...moreKeys];
    return line.ask(() => redis.eval(script, keys.length, ...keys, ...args));
  };
  return {
    near: async (index, { latitude, longitude }, radiusMeters): Promise<PlacesFound> => {
      const none: PlacesFound = { version: -1, found: null };
      if (line.owes(keysOf(index).places)) return none;
      const answer = (await run(nearScript, index, [longitude, latitude, wider(radiusMeters)])) as
        | readonly [string, string?, (readonly string[])?]
        | undefined;
      if (answer === undefined) return none;
      const [version, mark, names = []] = answer;
      return { version: Number(version), found: mark === undefined ? null : { mark, names } };
    },
    replace: async (index, version, mark, places, timeToLiveMs) => {
      const next = `${keysOf(index).places}:${randomUUID()}`;
      const all = [...places];
      for (let from = 0; from < all.length; from += placesPerCommand) {
        const some = flat(all.slice(from, from + placesPerCommand));
        const done = await line.ask(async () => {
          await redis.geoadd(next, ...some);
          return redis.pexpire(next, timeToLiveMs);
        });
        // What was put there is forgotten by itself.
        if (done === undefined) return;
      }
      await run(replaceScript, index, [version, mark, timeToLiveMs], [next]);
    },
    advance: async (index, version, mark, moved) => {
      await run(advanceScript, index, [version, mark, ...flat([...moved])]);
    },
    remove: async (index, names) => {
      if ((await run(removeScript, index, names)) === undefined) line.owe(keysOf(index).places);
    },
  };
};

const flat = (places: readonly (readonly [string, Place])[]): (string | number)[] =>
  places.flatMap(([name, { latitude, longitude }]) => [longitude, latitude, name]);
