/** The end of what a failed program has written: of stderr, or of stdout, where Pulumi prints the errors of operations. */
export function lastLines({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  const written = stderr.trim() === "" ? stdout : stderr;
  return written
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-12)
    .join("\n");
}
