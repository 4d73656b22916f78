"""Campaign briefs go in; approved, branded, localized ad images come out, with their lineage."""
