import type { ServiceName } from '@muster/contracts';
import { Counter, Gauge } from 'prom-client';
import type { Telemetry } from '../../../platform/telemetry/telemetry.ts';

/**
 * How a request that was forwarded ended: the service `answered`, whatever the status; it was `away`, or was not even
 * asked because the circuit is `open`; the time ran out; the client left; or it was `refused` here.
 */
export type Outcome = 'answered' | 'away' | 'open' | 'took-too-long' | 'client-left' | 'refused';

export type CircuitPosition = 'closed' | 'half-open' | 'open';
const positions: readonly CircuitPosition[] = ['closed', 'half-open', 'open'];

/** What the door to one service tells the outside. */
export interface ProxyObserver {
  ended(outcome: Outcome, error?: unknown): void;
  /** A call could be made once more: it was, or the budget was used up. */
  retry(made: boolean): void;
  circuit(position: CircuitPosition): void;
}

export const observeProxy = ({ metrics, log }: Telemetry): ((service: ServiceName) => ProxyObserver) => {
  const registers = [metrics];
  const requests = new Counter({
    name: 'muster_proxy_requests_total',
    help: 'Requests that the gateway forwarded, by service and by how they ended',
    labelNames: ['service', 'outcome'],
    registers,
  });
  const retries = new Counter({
    name: 'muster_proxy_retries_total',
    help: 'Requests that failed with the connection: sent once more, or not because the budget was used up',
    labelNames: ['service', 'decision'],
    registers,
  });
  const circuit = new Gauge({
    name: 'muster_proxy_circuit',
    help: 'Whether the gateway asks a service: 1 at the position that its circuit is in',
    labelNames: ['service', 'position'],
    registers,
  });
  return (service) => {
    const show = (position: CircuitPosition): void => {
      for (const each of positions) circuit.set({ service, position: each }, each === position ? 1 : 0);
    };
    show('closed');
    return {
      ended: (outcome, error) => {
        requests.inc({ service, outcome });
        if (outcome === 'away') log.warn({ err: error, service }, 'a service did not answer');
      },
      retry: (made) => retries.inc({ service, decision: made ? 'made' : 'over-budget' }),
      circuit: (position) => {
        show(position);
        if (position === 'open') log.warn({ service }, 'a service is away: it is not asked for a few seconds');
        if (position === 'closed') log.info({ service }, 'a service is back');
      },
    };
  };
};
