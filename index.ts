/** The package's public face: the catalog, its checks, the objects it renders to, and the Pulumi components. */
export * from "./catalog";
export * from "./checks";
export * from "./components";
export * from "./mesh";
