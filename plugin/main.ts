/** Serves the components to Pulumi's engine, which starts this for programs in other languages. */
import * as pulumi from "@pulumi/pulumi";
import { provider } from "./provider";

void pulumi.provider.main(provider, process.argv.slice(2));
