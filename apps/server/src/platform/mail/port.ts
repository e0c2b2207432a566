/** Sends e-mail; from whom is a matter of configuration. */
export interface Mail {
  /** Resolves when the mail server has taken it. */
  send(message: MailMessage): Promise<void>;
}

export interface MailMessage {
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  /** Plain text: what it says can be read everywhere, and runs nowhere. */
  readonly text: string;
  /** The same message always has the same: who gets it twice can tell. */
  readonly messageId: string;
}
