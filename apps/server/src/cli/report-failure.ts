import { ConfigurationError } from '../config/schema.ts';

const sentencesByCode: Readonly<Record<string, (error: Error) => string>> = {
  EADDRINUSE: ({ message }) =>
    `The port is taken (${message.replace(/^.*EADDRINUSE:? ?/, '')}). Stop the other program, or choose another port: PORT=3001 npm start`,
  EACCES: ({ message }) => `Something may not be read or written: ${message}. Check who owns the folder.`,
  ENOSPC: () => 'The disk is full. Free some space, then start again: nothing that was acknowledged is lost.',
};

/** Says in a sentence what went wrong, and sets the exit code. Only what nobody foresaw shows its stack. */
export const reportFailure = (error: unknown): void => {
  process.exitCode = 1;
  if (error instanceof ConfigurationError) {
    for (const sentence of error.sentences) console.error(sentence);
    return;
  }
  if (!(error instanceof Error)) {
    console.error(String(error));
    return;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const sentence = sentencesByCode[code]?.(error);
  if (sentence !== undefined) console.error(sentence);
  else if (error.name === 'Error') console.error(error.message);
  else console.error(error);
};
