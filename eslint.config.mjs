import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/dist/", "templates/", "**/node_modules/", "**/*.gen.ts", ".sandbox*/"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ["tsconfig.json", "policy-pack/tsconfig.json", "deployments/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers read well in messages; everything else still needs a deliberate conversion.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Plain-data types are declared with either keyword: an alias where the type is a union or literal, else an interface.
      "@typescript-eslint/consistent-type-imports": "error",
      // The Kubernetes client declares its plain objects as classes.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  {
    files: ["catalog/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: 'CallExpression[callee.property.name="strictObject"] > ObjectExpression',
          message: "Let the fields satisfy the Shape of their type, so that no field is forgotten.",
        },
      ],
    },
  },
  {
    // Pulumi resources act by being constructed, and chai's property assertions are expressions.
    files: [
      "components/**",
      "program/**",
      "platforms/**",
      "stacks/**",
      "policy-pack/**",
      "deployments/**",
      "tests/**",
    ],
    rules: { "no-new": "off", "@typescript-eslint/no-unused-expressions": "off" },
  },
  {
    // Pulumi infers the schema for other languages from component arguments, and knows `any` but not `unknown`.
    files: ["components/**"],
    rules: { "@typescript-eslint/no-explicit-any": "off" },
  },
  { files: ["**/*.mjs", "cli/graph/assets/*.js"], ...tseslint.configs.disableTypeChecked },
  {
    // The script of a page, for browsers.
    files: ["cli/graph/assets/*.js"],
    languageOptions: {
      sourceType: "script",
      globals: Object.fromEntries(["document", "matchMedia"].map((name) => [name, "readonly"])),
    },
  },
);
