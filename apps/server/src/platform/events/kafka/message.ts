import { isUuid } from '../../ids.ts';
import { parseCursor } from '../cursor.ts';
import type { StoredEvent } from '../port.ts';

/** An event on its way through Kafka: the payload is the value, what describes it stands in the headers. */
export interface KafkaRecord {
  key: string;
  value: string;
  headers: Record<string, string>;
}

/** Same organization and member, same partition: that is what keeps their order. */
export function toRecord(event: StoredEvent): KafkaRecord {
  return {
    key: `${event.orgId}:${event.key}`,
    value: JSON.stringify(event.payload),
    headers: {
      'event-id': event.id,
      'event-type': event.type,
      'event-version': String(event.version),
      organization: event.orgId,
      'occurred-at': event.occurredAt,
      cursor: event.cursor,
      ...(event.traceId !== undefined && { 'trace-id': event.traceId }),
    },
  };
}

/** @returns undefined for a record that no relay of ours has written */
export function fromRecord(record: {
  key: string | undefined;
  value: string | undefined;
  headers: ReadonlyMap<string, string>;
}): StoredEvent | undefined {
  const header = (name: string) => record.headers.get(name) ?? '';
  const [id, orgId, cursor] = [header('event-id'), header('organization'), header('cursor')];
  const version = Number(header('event-version'));
  const prefix = `${orgId}:`;
  if (!isUuid(id) || !isUuid(orgId) || !parseCursor(cursor) || !Number.isInteger(version)) return undefined;
  if (record.key?.startsWith(prefix) !== true) return undefined;
  const payload = parsed(record.value);
  if (payload === undefined) return undefined;
  const traceId = record.headers.get('trace-id');
  // The payload was checked against the contract when it was appended.
  return {
    id,
    cursor,
    type: header('event-type'),
    version,
    orgId,
    key: record.key.slice(prefix.length),
    occurredAt: header('occurred-at'),
    payload,
    ...(traceId !== undefined && { traceId }),
  } as StoredEvent;
}

function parsed(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}
