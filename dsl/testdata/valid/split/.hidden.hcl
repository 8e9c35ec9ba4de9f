this is no HCL
