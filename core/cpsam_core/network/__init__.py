"""The vision transformer that predicts flows and cell probability, and the device it runs on."""
