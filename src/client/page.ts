import { setUpOverview } from './overview.ts';
import { setUpPage } from './page-parts.ts';

const { progress } = setUpPage(document);
setUpOverview(document, progress);
