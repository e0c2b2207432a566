import { describe, expect, it } from 'vitest';
import { scrubbed } from './scrub.ts';

describe('a log line', () => {
  it.each([
    ['a password', '{"body":{"password":"hunter2 is \\"long\\""}}', 'hunter2'],
    ['a refresh token', '{"refreshToken":"abcDEF123"}', 'abcDEF123'],
    ['a header', '{"headers":{"authorization":"Bearer abc.def.ghi"}}', 'abc.def'],
    ['coordinates', '{"position":{"latitude":47.070713,"longitude":-15.4395}}', '47.07'],
    ['short coordinates', '{"lat":47.070713,"lon":15.4395,"acc":5}', '15.43'],
    ['coordinates in quotes', '{"lat":"47.070713","lon":"15.4395"}', '47.07'],
    ['coordinates in an address', '{"message":"GET /?id=7&lat=47.070713&lon=-15.4395"}', '15.43'],
    ['a line of GeoJSON', '{"geometry":{"coordinates":[[15.4395,47.070713],[15.44,47.08]]}}', '47.07'],
    ['a client path', '{"url":"/clients/owntracks/s3cr3tS3cr3t?u=1"}', 's3cr3tS3cr3t'],
    [
      'a token in free text',
      '{"message":"sent eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlMTIz"}',
      'eyJhbGci',
    ],
  ])('loses %s', (_what, line, secret) => {
    expect(scrubbed(line)).not.toContain(secret);
  });

  it('stays JSON, with everything else in place', () => {
    const line = '{"message":"request","password":"x","lat":1.5,"http":{"response":{"status_code":200}}}';
    expect(JSON.parse(scrubbed(line))).toEqual({
      message: 'request',
      password: '[scrubbed]',
      lat: '[scrubbed]',
      http: { response: { status_code: 200 } },
    });
  });
});
