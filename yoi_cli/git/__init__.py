"""Everything that starts git or reads its objects."""
