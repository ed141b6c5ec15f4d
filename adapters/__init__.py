"""What stands between the model and the world: reading X.509 content; later the vaults themselves."""
