"""Half the Bits as an installed program: the command ``half-the-bits``, and in a wheel the dashboard that it starts."""
