/** Why a file cannot be imported, in one sentence for whoever chose it. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
}
