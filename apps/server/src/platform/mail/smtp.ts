import type { Mail } from './port.ts';

const timeoutMs = 20_000;

/**
 * Over SMTP. The connection is encrypted wherever the server offers it, and must be where the address says `smtps`; the
 * library is loaded with the first message.
 * @param url `smtp://user:password@host:587` or `smtps://…`
 */
export const createSmtpMail = (url: string, from: string): Mail => {
  const { hostname, port, protocol, username, password } = new URL(url);
  const isEncrypted = protocol === 'smtps:';
  const open = async () => {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (isEncrypted ? 465 : 587) : Number(port),
      secure: isEncrypted,
      ...(username === ''
        ? {}
        : {
            auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
            requireTLS: !isEncrypted,
          }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // Nothing in a message is fetched from a disk or an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  let transport: ReturnType<typeof open> | undefined;
  return {
    send: async ({ to, subject, text, messageId }) => {
      transport ??= open();
      const { hostname: domain } = new URL(`mail://${from.replace(/^.*@|>.*$/g, '') || 'localhost'}`);
      await (await transport).sendMail({ from, to, subject, text, messageId: `<${messageId}@${domain}>` });
    },
  };
};
