/** The tag of an image `host/path:tag@digest`; without a tag its digest, without both `latest`. */
export function tagOf(image = ""): string {
  const [name = "", digest] = image.split("@");
  const last = name.slice(name.lastIndexOf("/") + 1);
  return last.includes(":") ? last.slice(last.indexOf(":") + 1) : (digest ?? "latest");
}

/** Last part of an image's name, without its version. */
export function repositoryOf(image: string): string | undefined {
  return image.split("@")[0]?.split("/").at(-1)?.split(":")[0];
}
