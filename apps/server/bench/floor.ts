import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import pg from 'pg';

/**
 * What Muster is measured against: Fastify and one insert, into a table of the same shape on the same PostgreSQL, with as
 * many connections. Nobody is asked who they are, nothing is checked, nobody is told.
 */

interface Fix {
  readonly latitude: number;
  readonly longitude: number;
  readonly fixedAt: string;
  readonly accuracyMeters: number;
  readonly speedMetersPerSecond: number;
  readonly headingDegrees: number;
  readonly batteryFraction: number;
  readonly mock: boolean;
}

const pool = new pg.Pool({ connectionString: process.argv[2], max: 12 });

await pool.query('DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench');
await pool.query('CREATE TABLE bench.position (LIKE geo.position INCLUDING ALL) PARTITION BY RANGE (fixed_at)');
for (const offset of [-1, 0, 1]) {
  await pool.query(`
    DO $$ DECLARE day date := (now() AT TIME ZONE 'UTC')::date + ${offset}; BEGIN
      EXECUTE format('CREATE TABLE bench.%I PARTITION OF bench.position FOR VALUES FROM (%L) TO (%L)',
        'position_' || to_char(day, 'YYYYMMDD'), day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
    END $$`);
}

const orgId = randomUUID();
const insert = `
  INSERT INTO bench.position (org_id, member_id, session_id, purpose, device_id, fixed_at, received_at, latitude,
    longitude, accuracy_meters, altitude_meters, speed_meters_per_second, heading_degrees, battery_fraction, mock, is_ping)
  SELECT $1, $2, $3, 'attendance', $4, fixed_at, now(), latitude, longitude, accuracy, NULL, speed, heading, battery,
    mock, false
  FROM unnest($5::timestamptz[], $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::float8[], $11::float8[],
    $12::boolean[]) AS fix (fixed_at, latitude, longitude, accuracy, speed, heading, battery, mock)`;

const server = fastify({ bodyLimit: 2 * 1024 * 1024 });
server.post<{ Body: { positions: Fix[] } }>('/positions', async (request) => {
  const { positions } = request.body;
  const phone = request.headers['x-phone'];
  await pool.query({
    name: 'insert',
    text: insert,
    values: [
      orgId,
      phone,
      phone,
      phone,
      positions.map((fix) => fix.fixedAt),
      positions.map((fix) => fix.latitude),
      positions.map((fix) => fix.longitude),
      positions.map((fix) => fix.accuracyMeters),
      positions.map((fix) => fix.speedMetersPerSecond),
      positions.map((fix) => fix.headingDegrees),
      positions.map((fix) => fix.batteryFraction),
      positions.map((fix) => fix.mock),
    ],
  });
  return { stored: positions.length };
});
await server.listen({ host: '127.0.0.1', port: 0 });
const address = server.server.address();
process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
