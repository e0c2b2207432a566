import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// A third of the time to start goes into compiling. Where the folder cannot be written, it is compiled each time.
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/muster'));

const { createProgram } = await import('./cli/program.ts');
try {
  await createProgram().parseAsync();
} catch (error) {
  const { reportFailure } = await import('./cli/report-failure.ts');
  reportFailure(error);
  // The channel to a parent would keep the process.
  process.channel?.unref();
}
