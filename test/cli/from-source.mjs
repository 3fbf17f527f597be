// Lets bin/xccd.js run from src/ instead of dist/, so that tests see the code as it stands.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier.startsWith('.') && specifier.endsWith('.js')) {
      const url = new URL(specifier, context.parentURL);
      if (/\/(src|dist)\//.test(url.pathname) && !url.pathname.includes('/node_modules/')) {
        const source = url.href.replace('/dist/', '/src/').replace(/\.js$/, '.ts');
        return nextResolve(source, context);
      }
    }
    return nextResolve(specifier, context);
  },
});
