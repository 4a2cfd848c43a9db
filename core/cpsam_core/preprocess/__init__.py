"""What happens to an image before the network: channels, filters, normalisation, resampling, tiles."""
