import { definePlatform, deploy } from "../../index";
import { catalog } from "./catalog";

// Pulumi runs the value that a CommonJS module exports, so the program is assigned to `export =`.
export = deploy(definePlatform({ name: "bookinfo", catalog }));
