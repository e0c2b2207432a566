/** What became of a message, as far as the phone needs to know. */
export type Outcome =
  /** Stored durably, or put aside, or dropped because tracking is off: the phone may forget it. */
  | 'taken'
  | 'wrong-credentials'
  /** Nothing was stored; the phone shall send it again later. */
  | 'busy'
  | 'too-large';

export type ClientReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Which replies an app understands. All of them forget a message on success and would send an unusable one for ever, so
 * success is also the reply to what was put aside. A refusal is only ever about credentials: OwnTracks on iOS throws a
 * message away on any 4xx.
 */
export type ReplyStyle = {
  readonly taken: ClientReply;
  /** The challenge of apps that can answer one; the others get 403. */
  readonly challenge: string | null;
  readonly errorBody: (sentence: string) => string;
  readonly errorType: string;
};

const json = { 'content-type': 'application/json' };
const plain = { 'content-type': 'text/plain; charset=utf-8' };

export const ownTracksReplies: ReplyStyle = {
  taken: { status: 200, headers: json, body: '[]' },
  challenge: 'Basic realm="Muster", charset="UTF-8"',
  errorBody: () => '[]',
  errorType: json['content-type'],
};

/** Overland shows `error` to its user, and reads nothing but `result: ok` as success. */
export const overlandReplies: ReplyStyle = {
  taken: { status: 200, headers: json, body: '{"result":"ok"}' },
  challenge: 'Bearer realm="Muster"',
  errorBody: (sentence) => JSON.stringify({ result: 'error', error: sentence }),
  errorType: json['content-type'],
};

export const traccarReplies: ReplyStyle = {
  taken: { status: 200, headers: {}, body: '' },
  challenge: null,
  errorBody: (sentence) => sentence,
  errorType: plain['content-type'],
};

export const gpsLoggerReplies: ReplyStyle = {
  taken: { status: 200, headers: plain, body: 'OK' },
  challenge: null,
  errorBody: (sentence) => sentence,
  errorType: plain['content-type'],
};

/** The reply to a phone app, byte for byte. `retryAfterSeconds` goes with `busy`. */
export function replyIn(style: ReplyStyle, outcome: Outcome, retryAfterSeconds = 30): ClientReply {
  const refusal = (status: number, sentence: string, headers: Record<string, string> = {}): ClientReply => ({
    status,
    headers: { 'content-type': style.errorType, ...headers },
    body: style.errorBody(sentence),
  });
  switch (outcome) {
    case 'taken':
      return style.taken;
    case 'wrong-credentials':
      return style.challenge === null
        ? refusal(403, 'This address is not known. Set the app up again in Muster.')
        : refusal(401, 'The password is wrong. Set the app up again in Muster.', {
            'www-authenticate': style.challenge,
          });
    case 'busy':
      return refusal(503, 'Muster is busy; nothing was lost on the phone.', {
        'retry-after': String(retryAfterSeconds),
      });
    case 'too-large':
      return refusal(413, 'Too much at once: choose a smaller batch in the app.');
  }
}
