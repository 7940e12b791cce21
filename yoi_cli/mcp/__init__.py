"""Tools for agents (`yoi mcp`): the MCP SDK is imported here and nowhere else."""
