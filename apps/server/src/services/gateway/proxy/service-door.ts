import { setTimeout as sleep } from 'node:timers/promises';
import {
  BrokenCircuitError,
  CircuitState,
  CountBreaker,
  type CircuitBreakerPolicy,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import type { FastifyReply } from 'fastify';
import { problem } from '../../../platform/http/problem.ts';
import type { CircuitPosition, Outcome, ProxyObserver } from './observe-proxy.ts';
import { ClientLeft, discard, NoAnswer, type ServiceAnswer, TookTooLong, tryOnce } from './one-try.ts';
import type { RetryBudget } from './retry-budget.ts';

export interface DoorSettings {
  /** How long a request may take, from when the gateway has it whole to the head of the answer. Default 30 s. */
  readonly budgetMs?: number;
  /** How long a service that is away is left alone. Default 3 s. */
  readonly halfOpenAfterMs?: number;
}

/** What ends one connection of a service that stops ends others in the same moment; then the next process has its turn. */
const pauseMs = 50;

/** What leads to one service in another process: how long to wait, when to ask again, when to leave it alone. */
export class ServiceDoor {
  readonly #budget: RetryBudget;
  readonly #observer: ProxyObserver;
  readonly #budgetMs: number;
  readonly #halfOpenAfterMs: number;
  readonly #circuit: CircuitBreakerPolicy;

  constructor(budget: RetryBudget, observer: ProxyObserver, settings: DoorSettings = {}) {
    const { budgetMs = 30_000, halfOpenAfterMs = 3_000 } = settings;
    this.#budget = budget;
    this.#observer = observer;
    this.#budgetMs = budgetMs;
    this.#halfOpenAfterMs = halfOpenAfterMs;
    this.#circuit = circuitBreaker(handleWhen(saysServiceIsAway), {
      halfOpenAfter: halfOpenAfterMs,
      // More than half of the last twenty; a service that has not been asked much, after five.
      breaker: new CountBreaker({ threshold: 0.5, size: 20, minimumNumberOfCalls: 5 }),
    });
    this.#circuit.onStateChange((state) => observer.circuit(positionOf(state)));
  }

  /**
   * Resolves with what the service answers.
   * @param contentType as the client sent it
   * @param repeatable whether the request may reach the service twice
   * @throws the problems `service-away` and `took-too-long`
   */
  async ask(reply: FastifyReply, contentType: string | undefined, repeatable: boolean): Promise<ServiceAnswer> {
    try {
      const answer = await this.#tryTwice(reply, contentType, repeatable);
      this.#observer.ended('answered');
      return answer;
    } catch (error) {
      this.#observer.ended(outcomeOf(error), error);
      throw this.#toRefusal(error);
    }
  }

  async #tryTwice(reply: FastifyReply, contentType: string | undefined, repeatable: boolean): Promise<ServiceAnswer> {
    const startedMs = reply.elapsedTime;
    const send = (): Promise<ServiceAnswer> =>
      this.#throughCircuit(reply, contentType, this.#budgetMs - (reply.elapsedTime - startedMs));
    this.#budget.countCall();
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof NoAnswer) || !repeatable || !this.#mayRepeat()) throw error;
      await sleep(pauseMs);
      return await send();
    }
  }

  #mayRepeat(): boolean {
    const may = this.#budget.takeRetry();
    this.#observer.retry(may);
    return may;
  }

  #throughCircuit(reply: FastifyReply, contentType: string | undefined, remainingMs: number): Promise<ServiceAnswer> {
    // One request finds out whether the service is back; the others need not wait for what it finds.
    if (this.#circuit.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
    return this.#circuit.execute(async () => {
      const answer = await tryOnce(reply, contentType, remainingMs);
      if (!isFromMuster(answer)) {
        discard(answer.body);
        throw new DeadService(`status ${answer.status} from something in front of the service`);
      }
      return answer;
    });
  }

  #toRefusal(error: unknown): unknown {
    if (error instanceof TookTooLong) return problem('took-too-long');
    if (!saysServiceIsAway(error) && !(error instanceof BrokenCircuitError)) return error;
    return problem('service-away', { retryAfterSeconds: Math.ceil(this.#halfOpenAfterMs / 1000) });
  }
}

/** Something in front of the service, which is not Muster, answers in its place. */
class DeadService extends Error {
  override readonly name = 'DeadService';
}

/** Every answer of a Muster carries the id of its request. Its own refusals are signs of life, whatever their status. */
const isFromMuster = ({ status, headers }: ServiceAnswer): boolean =>
  status < 500 || headers['x-request-id'] !== undefined || headers['retry-after'] !== undefined;

const saysServiceIsAway = (error: unknown): boolean =>
  error instanceof NoAnswer || error instanceof TookTooLong || error instanceof DeadService;

const outcomeOf = (error: unknown): Outcome => {
  if (error instanceof TookTooLong) return 'took-too-long';
  if (error instanceof BrokenCircuitError) return 'open';
  if (error instanceof ClientLeft) return 'client-left';
  return saysServiceIsAway(error) ? 'away' : 'refused';
};

const positionOf = (state: CircuitState): CircuitPosition => {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
};
